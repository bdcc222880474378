"""nbgrader, with the course's plug-ins. ``course/nbgrader_config.py`` loads this file, so stock
``nbgrader`` commands run in ``course/``, the formgrader and ``autograder`` all use the same."""

from pathlib import Path

from autograder import plugins

c = get_config()  # noqa: F821

EXERCISES = Path(__file__).resolve().parent

c.CourseDirectory.course_id = "deep-learning-computation"
c.CourseDirectory.root = str(EXERCISES.parent / "course")

# Where "Release", "Fetch", "Submit" and "Collect" in JupyterLab hand notebooks over on one machine.
c.Exchange.root = str(EXERCISES.parent / "course" / "exchange")

# Seconds a cell may take; a submission that hangs in one cell still keeps its other points.
c.Execute.timeout = 60

c.merge(plugins.configuration(EXERCISES))
