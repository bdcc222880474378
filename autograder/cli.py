"""The command ``autograder``: arguments in, the other modules at work, text and exit status out."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from time import monotonic

from rich.console import Console

from autograder import __version__
from autograder.errors import AutograderError, FileRefused
from autograder.progress import follow

# jsonschema would import it, for 0.7 s, to check addresses that no schema of a notebook has.
sys.modules.setdefault("rfc3987_syntax", None)

out = Console(highlight=False, soft_wrap=True)
err = Console(highlight=False, soft_wrap=True, stderr=True)


def _course(args: argparse.Namespace):
    from autograder.course import Course

    return Course.open(args.course, getattr(args, "sandbox", "warm"), getattr(args, "gpus", None))


def _begin(args: argparse.Namespace) -> None:
    """Have the fork server import what kernels need, while this process imports nbgrader."""
    if args.sandbox == "warm" and not args.scheduler and not getattr(args, "gpus", None):
        from autograder import warm

        warm.begin()


@contextmanager
def _workers(args: argparse.Namespace, gpus: Sequence[int] = ()) -> Iterator:
    """Open the pool that the arguments ask for, and close it."""
    if args.scheduler:
        from autograder.cluster import DaskPool

        pool = DaskPool(args.scheduler)
    else:
        from autograder.pool import LocalPool

        number = args.workers or len(gpus) or len(os.sched_getaffinity(0))
        pool = LocalPool(number, "cold" if gpus else args.sandbox)
    with closing(pool):
        yield pool


def _students(course, args: argparse.Namespace) -> list[str]:
    """Return the ids of the submissions that the arguments ask for; there must be one."""
    course.notebooks(args.name)
    students = course.submissions(args.name, args.student)
    if not students:
        where = course.root / "submitted"
        raise AutograderError(
            f"no submission of '{args.name}' matches '{args.student}'; "
            f"put each into {where}/STUDENT/{args.name}/"
        )
    return students


def _finish(problems: list, done: str) -> int:
    """Say how it went and name what needs a person; returns the exit status."""
    out.print(done, markup=False)
    for outcome in problems:
        err.print(str(outcome), markup=False)
    return 1 if problems else 0


def release(args: argparse.Namespace) -> int:
    from autograder.release import Releaser

    course = _course(args)
    releaser = Releaser(course, args.language, args.force, args.keep_edits)
    for name in args.names:
        course.exercises.markdown(name)  # every name is known before anything is written
    for name in args.names or course.exercises.names:
        status = releaser.release(name)
        out.print(
            f"{name}: {status} ({releaser.language}) in {course.root / 'release' / name}",
            markup=False,
        )
    return 0


def grade(args: argparse.Namespace) -> int:
    started = monotonic()
    _begin(args)
    course = _course(args)
    students = _students(course, args)
    if args.sandbox == "none":
        err.print(
            "warning: student code runs unconfined on this machine, as you asked", style="bold red"
        )
    from autograder.execute import SandboxedExecute
    from autograder.grading import Grading
    from autograder.report import waiting

    execution = SandboxedExecute(config=course.config)
    if execution.gpus and not args.scheduler:
        execution.require()
    with _workers(args, execution.gpus) as pool:
        grading = Grading(course, args.name, students, pool, args.force)
        total = len(students)
        show = partial(follow, console=err, quiet=args.quiet, running=lambda: grading.running)
        problems, suspects, kept, graded = [], [], 0, 0
        for outcome in show(grading, total, "grading"):
            kept += outcome.up_to_date
            graded += outcome.score is not None
            problems += [outcome] if outcome.problem else []
            suspects += [outcome] if outcome.suspects or outcome.doubts else []
    by_hand = [f"{cell} ({number})" for cell, number in waiting(course, args.name).items()]
    if by_hand:
        out.print(f"waiting for points by hand, in the formgrader: {', '.join(by_hand)}")
    took = f", in {monotonic() - started:.0f} s" if graded else ""
    done = f"{args.name}: {graded} graded, {kept} up to date, {len(problems)} need a person{took}"
    status = _finish(problems, done)
    for outcome in suspects:
        err.print(str(outcome), markup=False)
    return status


def feedback(args: argparse.Namespace) -> int:
    from autograder.feedback import feedback

    course = _course(args)
    students = _students(course, args)
    outcomes = list(feedback(course, args.name, students))
    problems = [o for o in outcomes if o.problem]
    pages = len(outcomes) - len(problems)
    return _finish(problems, f"{args.name}: {pages} feedback pages in {course.root / 'feedback'}")


def report(args: argparse.Namespace) -> int:
    from datetime import datetime

    from autograder import exports, report, report_page, submissions
    from autograder.files import write_whole

    course = _course(args)
    # 'grade' tells of the others.
    students = list(filter(submissions.is_unicode, _students(course, args)))
    scores = report.read(course, args.name, students)
    folder = args.to or course.root / "reports"
    if not args.quiet:
        out.print(report.table(scores))
    findings = report_page.Findings(course, args.name)
    quiet = args.quiet or not err.is_terminal
    for row in follow(scores.rows, len(scores.rows), "reading", err, quiet):
        findings.add(row)
    page = folder / f"{args.name}.html"
    try:
        written = exports.write_all(folder, scores)
        write_whole(page, report_page.page(scores, findings, datetime.now().astimezone()))
    except OSError as error:
        raise AutograderError(
            f"cannot write to {folder}: {error.strerror}; mend that, or give another folder by --to"
        ) from error
    left_out = sum(not row.final for row in scores.rows)
    if left_out:
        total = len(scores.rows)
        out.print(f"not final, so not in the files for Canvas and Moodle: {left_out} of {total}")
    files = ", ".join(path.name for path in [page, *written])
    out.print(f"written to {folder}: {files}", markup=False)
    if args.expect:
        wrong = report.differences(args.expect, scores.rows)
        same = f"all {len(scores.rows)} scores are those of {args.expect}"
        return _finish(wrong, f"{len(wrong)} scores differ from {args.expect}" if wrong else same)
    return 0


def check(args: argparse.Namespace) -> int:
    _begin(args)
    from autograder.check import check
    from autograder.course import Exercises

    exercises = Exercises.find()
    names = args.names or exercises.names
    for name in names:
        exercises.markdown(name)
    if args.solutions and not args.solutions.is_dir():
        raise AutograderError(
            f"there is no folder {args.solutions}; give one that holds *.py files"
        )
    summaries, faults = {}, []
    for name in names:
        folder = args.solutions or exercises.root / name / "solutions"
        total = sum(1 for _ in folder.rglob("*.py"))
        with _workers(args) as pool:
            found = check(exercises, name, folder, pool, args.sandbox, args.seed)
            results = list(follow(found, total, name, err, args.quiet or args.json))
        for result in results:
            file = result.file if len(names) == 1 else f"{name}/{result.file}"
            summaries[file] = result.summary()
            found = (
                result.faults() if not args.solutions else [result.problem] * bool(result.problem)
            )
            faults += [f"{name}/{result.file}: {fault}" for fault in found]
            if not args.json:
                cells = "  ".join(
                    f"{grade_id} {score:g}" for grade_id, score in result.cells.items()
                )
                out.print(
                    f"{file}: {result.score:g} of {result.max_score:g}   {cells}", markup=False
                )
        if not args.solutions:
            wrong = [r for r in results if not r.solution.right]
            caught = sum(not r.faults() for r in wrong)
            (err if args.json else out).print(
                f"{name}: {len(results) - len(wrong)} right solutions, "
                f"{caught} of {len(wrong)} wrong ones caught",
                markup=False,
            )
    if args.json:
        sys.stdout.write(json.dumps(summaries, indent=1) + "\n")
    for fault in faults:
        err.print(fault, markup=False)
    return 1 if faults else 0


def demo_class(args: argparse.Namespace) -> int:
    from autograder.demo_class import demo_class

    path, number = demo_class(_course(args), args.name, args.students)
    out.print(f"{args.name}: {number} submissions; the scores they must get: {path}", markup=False)
    return 0


def doctor(args: argparse.Namespace) -> int:
    from autograder.doctor import examine

    lines, good = examine()
    for what, fine, text in lines:
        out.print(f"{'ok ' if fine else '!! '} {what:9} {text}", markup=False)
    out.print(
        "grading works here" if good else "grading cannot work here: mend the lines marked !!"
    )
    return 0 if good else 1


def _count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 10_000:
        raise argparse.ArgumentTypeError("give a number from 1 to 10000")
    return value


def _gpus(text: str) -> tuple[int, ...]:
    words = [] if text == "none" else text.split(",")
    if not all(map(str.isdecimal, words)) or len(set(map(int, words))) < len(words):
        raise argparse.ArgumentTypeError("give numbers such as 0 or 0,1, each once, or none")
    return tuple(map(int, words))


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; each command's function is its default ``run``."""
    top = argparse.ArgumentParser(
        prog="autograder",
        description="Release, grade and report the course's nbgrader assignments.",
    )
    top.add_argument("--version", action="version", version=f"autograder {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run, text: str, **kwargs) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text, **kwargs)
        command.set_defaults(run=run)
        return command

    def course(command: argparse.ArgumentParser) -> None:
        command.add_argument(
            "--course", metavar="DIR", help="the nbgrader course folder (default: course/)"
        )

    def submissions(command: argparse.ArgumentParser) -> None:
        command.add_argument("name", metavar="NAME", help="the assignment")
        command.add_argument(
            "--student",
            metavar="GLOB",
            default="*",
            help="only students whose id matches (default: all)",
        )
        course(command)

    def quiet(command: argparse.ArgumentParser) -> None:
        command.add_argument("--quiet", action="store_true", help="show no progress")

    def execution(command: argparse.ArgumentParser) -> None:
        where = command.add_mutually_exclusive_group()
        where.add_argument(
            "--scheduler",
            metavar="ADDRESS",
            help="run them on the workers of this Dask scheduler, for example tcp://host:8786",
        )
        where.add_argument(
            "--workers",
            type=_count,
            metavar="N",
            help="submissions to run at the same time here (default: one for each core, or for "
            "each GPU that is asked for)",
        )
        command.add_argument(
            "--sandbox",
            choices=["warm", "cold", "none"],
            default="warm",
            help="warm: each submission's kernel is forked, inside bubblewrap, from a process that "
            "has imported MXNet, and is a cold one where that does not work (default); "
            "cold: it is a new process inside bubblewrap; "
            "none: run student code unconfined, only if you trust every submission",
        )

    command = add(
        "release", release, "Make the student versions of assignments from their MyST sources."
    )
    command.add_argument("names", nargs="*", metavar="NAME", help="assignments (default: all)")
    command.add_argument(
        "--language",
        choices=["en", "zh", "both"],
        default="",
        help="prose to keep (default: Language.language of nbgrader_config.py, else both)",
    )
    edits = command.add_mutually_exclusive_group()
    edits.add_argument(
        "--keep-edits",
        action="store_true",
        help="bring changes made by hand in course/source into the MyST source first",
    )
    edits.add_argument(
        "--force",
        action="store_true",
        help="drop changes made by hand in course/source; course/.autograder/replaced keeps a copy",
    )
    command.set_defaults(course=None)

    command = add("grade", grade, "Autograde the submissions of an assignment in the sandbox.")
    submissions(command)
    execution(command)
    command.add_argument(
        "--gpus",
        type=_gpus,
        metavar="LIST",
        help="GPUs that student code can use, such as 0 or 0,1, numbered as 'autograder doctor' "
        "shows them: every kernel is then a cold one and sees all of these and no other (default: "
        "SandboxedExecute.gpus of nbgrader_config.py, else none: there is no GPU in the sandbox)",
    )
    command.add_argument("--force", action="store_true", help="grade again what is up to date")
    quiet(command)

    command = add("feedback", feedback, "Write the feedback pages of graded submissions.")
    submissions(command)

    command = add(
        "report",
        report,
        "Show the scores of an assignment; write a page with its statistics, and CSV files: "
        "NAME.csv with every point, NAME-canvas.csv, NAME-moodle.csv and NAME-nbgrader.csv.",
    )
    submissions(command)
    command.add_argument(
        "--to", type=Path, metavar="DIR", help="where to write (default: reports/ in the course)"
    )
    command.add_argument(
        "--expect",
        type=Path,
        metavar="FILE",
        help="fail if a score differs from this CSV's (student, score)",
    )
    quiet(command)

    command = add(
        "check",
        check,
        "Grade solution files through the released notebook. Without --solutions: fail unless "
        "every right one has full marks and every wrong one loses points as its header says.",
    )
    command.add_argument("names", nargs="*", metavar="NAME", help="assignments (default: all)")
    command.add_argument("--solutions", type=Path, metavar="DIR", help="a folder of solution files")
    command.add_argument(
        "--json", action="store_true", help="print points by file and cell as JSON"
    )
    command.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="draw the same challenges in every run (default: others each time, as in grading)",
    )
    execution(command)
    quiet(command)

    command = add(
        "demo-class", demo_class, "Make submissions from the solution files, with expected scores."
    )
    command.add_argument("name", metavar="NAME", help="the assignment")
    command.add_argument(
        "--students", type=_count, default=12, metavar="N", help="how many (default: 12)"
    )
    command.set_defaults(course=None)

    add("doctor", doctor, "Say what this machine has, and whether grading can work.")
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    args = parser().parse_args(argv)
    try:
        return args.run(args)
    except AutograderError as error:
        err.print(f"autograder: {error}", markup=False)
        return 1
    except OSError as error:
        if error.errno not in FileRefused.NUMBERS:
            raise
        err.print(f"autograder: {FileRefused(error, 'a file')}", markup=False)
        return 1
    except KeyboardInterrupt:
        err.print("autograder: stopped; what was graded is kept, run the command again to go on")
        return 130


if __name__ == "__main__":
    sys.exit(main())
