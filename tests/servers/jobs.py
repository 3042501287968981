"""Jobs as flows describe them, for the HTTP partner's imports; looked at without much waiting."""

from common.connectors.rest_call import Call, Upload
from common.connectors.rest_jobs import Job, Refusals

__all__ = ["CANVAS", "IMPORTS", "SALESFORCE", "SERVICENOW"]

IMPORTS = "/api/v1/accounts/1/sis_imports"
CANVAS = Job(
    submit=(Upload(path=IMPORTS, params={"import_type": "instructure_csv"}, content_type="application/zip"),),
    status=IMPORTS + "/{id}",
    state="workflow_state",
    succeeded=frozenset({"imported", "imported_with_messages"}),
    failed=frozenset({"aborted", "failed", "failed_with_messages"}),
    refused="data.counts.error_count",
    refusals=Refusals(path=IMPORTS + "/{id}/errors", items="sis_import_errors", reason="message"),
    unfinished=(IMPORTS + "/importing", "sis_imports"),
    interval=0.01,
)
SERVICENOW = Job(
    submit=(Upload(path="/api/now/import/u_imp_person/insertMultiple", records="records"),),
    identifier="import_set_id",
    status="/api/now/table/sys_import_set/{id}",
    state="result.state",
    succeeded=frozenset({"processed"}),
    failed=frozenset({"cancelled"}),
    refusals=Refusals(
        path="/api/now/table/sys_import_set_row",
        params={"sysparm_query": "sys_import_set={id}^sys_import_state=error"},
        items="result",
        reason="sys_import_state_comment",
    ),
    interval=0.01,
)
INGEST = "/services/data/v64.0/jobs/ingest"
SALESFORCE = Job(
    submit=(
        Call("POST", INGEST, json={"object": "Contact", "operation": "upsert", "contentType": "CSV"}),
        Upload(path=INGEST + "/{id}/batches", method="PUT", content_type="text/csv"),
        Call("PATCH", INGEST + "/{id}", json={"state": "UploadComplete"}),
    ),
    status=INGEST + "/{id}",
    state="state",
    succeeded=frozenset({"JobComplete"}),
    failed=frozenset({"Failed", "Aborted"}),
    refused="numberRecordsFailed",
    refusals=Refusals(path=INGEST + "/{id}/failedResults", reason="sf__Error"),
    interval=0.01,
)
