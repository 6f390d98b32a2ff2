"""Backup and restore of one installation: a single file, consistent, and proved by restoring it.

- ``server``  – how to reach the database, and the dump programs that fit it
- ``sums``    – what a database holds, table by table, independent of the order of rows
- ``archive`` – the file: a zip of the dump, the secret key and a manifest
- ``dump``, ``restore`` – the two directions
"""

from __future__ import annotations

from recorrido.site.backups.dump import write_backup
from recorrido.site.backups.errors import BackupError
from recorrido.site.backups.restore import restore_backup

__all__ = ["BackupError", "restore_backup", "write_backup"]
