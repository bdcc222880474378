"""Release feedback through the exchange, whatever else lies in the course."""

from __future__ import annotations

from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseFeedback


class ReleaseFeedback(ExchangeReleaseFeedback):
    """Releases the pages of what was handed in through the exchange, and names the others.

    A submission that was put into ``submitted/`` by hand has no secret to file its page under; at
    the first such one nbgrader's own class stops with a traceback, and later students get nothing.
    """

    def copy_files(self) -> None:
        course = self.coursedir
        pages = Path(course.root, course.feedback_directory)
        folders = sorted(pages.glob(f"{course.student_id or '*'}/{course.assignment_id}"))
        by_hand = [f.parent.name for f in folders if not (f / "submission_secret.txt").is_file()]
        if by_hand:
            self.log.warning(
                "Not released, because not handed in through the exchange: %s; give them the "
                "pages in %s yourself",
                ", ".join(by_hand),
                pages,
            )
        before = course.student_id_exclude
        course.student_id_exclude = ",".join([*filter(None, [before]), *by_hand])
        try:
            super().copy_files()
        finally:
            course.student_id_exclude = before
