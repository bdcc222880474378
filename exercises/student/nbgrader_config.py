"""What a student's JupyterLab knows of the class: its name, and the folder it is shared through."""

import os
from pathlib import Path

c = get_config()  # noqa: F821

ROOT = Path(__file__).resolve().parents[2]

c.CourseDirectory.course_id = "deep-learning-computation"

# Where notebooks and feedback change hands; EXCHANGE names a folder that the whole class can use.
c.Exchange.root = os.environ.get("EXCHANGE") or str(ROOT / "course" / "exchange")
