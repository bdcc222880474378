"""nbgrader, with the course's plug-ins. ``course/nbgrader_config.py`` loads this file, so stock
``nbgrader`` commands run in ``course/``, the formgrader and ``autograder`` all use the same."""

from pathlib import Path

from autograder import plugins

c = get_config()  # noqa: F821

EXERCISES = Path(__file__).resolve().parent

load_subconfig("nbgrader_config.py", path=str(EXERCISES / "student"))  # noqa: F821

c.CourseDirectory.root = str(EXERCISES.parent / "course")

# Where the Assignment List of 'make lab' looks for copies and fetches to.
c.Exchange.assignment_dir = str(EXERCISES.parent / "homework")

# Seconds a cell may take; a submission that hangs in one cell still keeps its other points.
c.Execute.timeout = 60

c.merge(plugins.configuration(EXERCISES))
