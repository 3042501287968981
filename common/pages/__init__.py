"""Configuration pages: where each system is and how to log in to it, as block documents and as files."""

from common.pages.files import read_page_file
from common.pages.find import find_page, list_pages, page_name

__all__ = ["find_page", "list_pages", "page_name", "read_page_file"]
