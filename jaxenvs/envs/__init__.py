"""The environments. Importing a family registers its ids and loads none of its modules.

Each folder here is a family.
"""

import importlib
import pkgutil

for _folder in pkgutil.iter_modules(__path__):
    if _folder.ispkg:
        importlib.import_module(f"{__name__}.{_folder.name}")
