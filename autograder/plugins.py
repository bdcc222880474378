"""What nbgrader runs: its own lists of preprocessors with ours in their place, our exchange."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.preprocessors import ClearSolutions, DeduplicateIds, Execute, SaveAutoGrades
from nbgrader.server_extensions.formgrader.handlers import template_path
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from autograder.exchange import ReleaseFeedback
from autograder.execute import SandboxedExecute
from autograder.hidden import HideTests
from autograder.judge import Judge, SaveGrades
from autograder.language import Language
from autograder.pages import FILTERS, TEMPLATES, Harmless
from autograder.rehearsal import Rehearse
from autograder.sanitize import STEPS, SubmittedNotebookExporter

# nbgrader 0.9.6 is written for SQLAlchemy 1: under 2 it works, with pages of warnings.
warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")


def configuration(exercises: Path | None) -> Config:
    """Return the configuration that plugs this package into nbgrader.

    ``exercises`` is the folder with the assignments' judges; None for a course that has none.
    """
    # nbgrader starts 'alembic' by name when it makes a gradebook; it must be this environment's.
    here = str(Path(sys.executable).parent)
    if here not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([here, os.environ.get("PATH", os.defpath)])

    # Stock nbgrader reads the notebook anew before it executes it, and metadata are not kept.
    ours = {Execute: [Rehearse, SandboxedExecute, Judge], SaveAutoGrades: [SaveGrades]}
    autograde = []
    for step in Autograde.autograde_preprocessors.default():
        autograde += ours.get(step, [step])
    sanitize = []
    for step in Autograde.sanitize_preprocessors.default():
        sanitize += [*STEPS, step, Rehearse] if step is DeduplicateIds else [step]
    generate = []
    for step in GenerateAssignment.preprocessors.default():
        generate += [Language, step] if step is ClearSolutions else [step]

    config = Config()
    config.Autograde.autograde_preprocessors = autograde
    config.Autograde.sanitize_preprocessors = sanitize
    config.Autograde.exporter_class = SubmittedNotebookExporter
    config.GenerateAssignment.preprocessors = generate
    config.ExchangeFactory.release_feedback = ReleaseFeedback
    config.GenerateFeedback.preprocessors = [HideTests, *GenerateFeedback.preprocessors.default()]
    # Feedback pages and the formgrader's view of a submission, both of which nbconvert makes.
    config.HTMLExporter.preprocessors = [Harmless]
    config.HTMLExporter.sanitize_html = True
    config.HTMLExporter.filters = FILTERS
    config.HTMLExporter.template_file = "autograder.html.j2"
    config.HTMLExporter.extra_template_basedirs = [str(TEMPLATES), template_path]
    if exercises:
        config.Judge.exercises = str(exercises)
    return config
