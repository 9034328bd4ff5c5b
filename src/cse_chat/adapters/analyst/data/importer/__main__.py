"""`python -m cse_chat.adapters.analyst.data.importer FOLDER`: remake the shipped tables."""

import sys

from cse_chat.adapters.analyst.data.importer.command import main

sys.exit(main())
