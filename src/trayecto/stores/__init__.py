"""Where logs and files of events lie: folders of this machine, or addresses on a store such as ``s3://bucket/orders.log``."""

from __future__ import annotations

from trayecto.stores.borrowing import brought, listed
from trayecto.stores.folders import Folder, Here, There, folder_of, is_address, never

__all__ = ["Folder", "Here", "There", "brought", "folder_of", "is_address", "listed", "never"]
