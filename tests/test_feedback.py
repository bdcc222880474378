"""Pages made of submissions: they hide hidden tests, run nothing, load nothing, and are short."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import NAME, ROOT, nbgrader
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell
from playwright.sync_api import Page, expect

from autograder import solutions
from autograder.evidence import challenge
from autograder.hidden import RAN_HERE
from autograder.markup import clean_html, formula

pytestmark = pytest.mark.sandbox

RUN = "top.hacked = 1; fetch(`/hacked`)"
ATTACKS = [
    f"<script>{RUN}</script>",
    f'<img src="x" onerror="{RUN}">',
    f'<svg onload="{RUN}"><script>{RUN}</script></svg>',
    f'<iframe srcdoc="<script>{RUN}</script>"></iframe>',
    f'<iframe src="javascript:{RUN}"></iframe><object data="javascript:{RUN}"></object>',
    f'<a class="lure" href="javascript:{RUN}">a lure</a>',
    f'<a class="lure" href="jav&#x09;ascript:{RUN}">another lure</a>',
    '<a class="lure" href="/formgrader/?path=/hacked">a third lure</a>',
    f'<details open ontoggle="{RUN}"><summary>more</summary></details>',
    f'<input autofocus onfocus="{RUN}"><video><source onerror="{RUN}"></video>',
    '<style>@import url("/hacked.css"); body { background: url(/hacked.png) }</style>',
    '<p style="position: fixed; inset: 0; background: url(/hacked.png)">over it all</p>',
    '<link rel="stylesheet" href="/hacked.css"><base href="http://hacked.invalid/">',
    '<meta http-equiv="refresh" content="0; url=/hacked">',
    f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 '
    f"onerror='{RUN}'&gt;\">",
    f"<noscript><p title=\"</noscript><img src=x onerror='{RUN}'>\">",
    f'<form action="javascript:{RUN}"><button class="lure btn">go</button></form>',
    '<img src="/formgrader/?path=/hacked"><img srcset="/hacked.png 2x" src="/hacked.png">',
]
HTML = "\n".join(ATTACKS)
MARKDOWN = [
    f"[lure](javascript:{RUN.replace(' ', '%20')})",
    "[ref lure][r]\n\n[r]: javascript:top.hacked=1",
    "<javascript:top.hacked=1>",
    "![x](/hacked.png \"t' onerror='top.hacked=1\")",
    '![$\\text{" onerror="top.hacked=1}$](/hacked.png)',
    f"$\\text{{<img src=x onerror='{RUN}'>}} \\href{{javascript:top.hacked=1}}{{x}}$",
    f"```html\n{ATTACKS[1]}\n```",
    f"```<img/src=x/onerror=top.hacked=1>\n{ATTACKS[1]}\n```",
    "![missing](attachment:not-there.png)",
]
# What a kernel may send that nbconvert's templates print as it is, or trust.
CODE = f"""
import sys
from IPython.display import publish_display_data as publish
html = {HTML!r}
for kind in ("text/html", "text/markdown", "text/plain", "text/latex", "text/vnd.mermaid",
             "image/svg+xml", "application/javascript", "application/vnd.jupyter.widget-view+json"):
    publish({{kind: {RUN!r} if "java" in kind else html}}, transient={{"display_id": html}})
publish({{"text/html": html}}, metadata={{"text/html": {{"isolated": True}}, "isolated": True}})
bad = "1 onerror={RUN}"
for metadata in ({{"width": bad, "height": bad}}, {{"image/png": {{"width": bad, "alt": bad}}}},
                 {{"filenames": {{"image/png": "/hacked.png"}}}}):
    publish({{"image/png": "bm8gaW1hZ2U="}}, metadata=metadata)
publish({{"image/png": '"' + bad, "image/jpeg": 'x" onerror="{RUN}'}})
print("\\x1b[31m" + html + "\\x1b[0m")
print(html, file=sys.stderr)
kernel = get_ipython().kernel
kernel.session.send(kernel.iopub_socket, "execute_input", {{"code": "", "execution_count": html}},
                    parent=kernel.get_parent("shell"))
"""
ERROR = f"""
kind = type({HTML!r}, (Exception,), {{}})
kind._render_traceback_ = lambda self: [{HTML!r}, "\\x1b[1;31m" + {HTML!r}]
raise kind({HTML!r})
"""
HARMLESS = """
from IPython.display import HTML, Math, display
import matplotlib.pyplot as plt
display(HTML('<style scoped>.dataframe td {}</style><table border="1" class="dataframe"><thead><tr '
             'style="text-align: right;"><th></th><th>loss</th></tr></thead><tbody><tr><th>0</th>'
             '<td>0.25</td></tr></tbody></table>'))
plt.plot([1, 2, 3])
plt.show()
display(Math(r"\\frac{1}{2}"))
"""


WIDGETS = "application/vnd.jupyter.widget-state+json"


def spoil(path: Path) -> None:
    """Put attacks, and some honest formatting, into a submitted notebook."""
    nb = nbformat.read(path, as_version=4)
    attachment = {'x".png': {"image/png": '"><script>top.hacked=1</script>'}}
    nb.cells += [
        new_markdown_cell("## Honest $x^2$ [chapter](https://example.org/chapter)"),
        new_code_cell(HARMLESS),
        *map(new_markdown_cell, [*ATTACKS, *MARKDOWN]),
        new_markdown_cell('![a](attachment:x".png)', attachments=attachment),
        new_raw_cell(HTML),
        new_code_cell(CODE),
        new_code_cell(ERROR),
    ]
    nb.metadata["title"] = nb.metadata.kernelspec["display_name"] = HTML
    nbformat.write(nb, path)


def spoil_graded(path: Path, valid: bool) -> None:
    """Put into a graded notebook what grading takes out; pages do not rely on that."""
    path.chmod(0o644)
    nb = json.loads(path.read_text())
    nb["metadata"] = {"title": HTML, "widgets": {WIDGETS: {"x": HTML}}}
    nb["metadata"]["kernelspec"] = {"name": HTML, "display_name": HTML}
    nb["metadata"]["language_info"] = {"name": HTML, "pygments_lexer": HTML}
    for number, cell in enumerate(nb["cells"][-8:]):
        cell["id"] = f"cell{number}" if valid else HTML
        if cell["cell_type"] == "code":
            cell["execution_count"] = None if valid else HTML
        cell["metadata"] = {"tags": [HTML], "alt": HTML, "raw_mimetype": "text/html"}
        cell["metadata"]["nbgrader"] = {"grade_id": HTML, "grade": False, "solution": True}
    path.write_text(json.dumps(nb))


def harmless(page: Page, address: str, origin: str) -> None:
    """Open a page, click on what is there to be clicked on; nothing may run, load or lead away."""
    asked, said = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
    page.goto(address, wait_until="networkidle")
    for lure in page.get_by_text(re.compile(r"^(a|another|a third|ref)? ?lure$")).all():
        lure.click(force=True)
    page.wait_for_timeout(300)
    assert page.url == address
    assert page.evaluate("window.hacked") is None
    assert not [url for url in asked if not url.startswith((origin, "data:")) or "hacked" in url]
    assert not [text for text in said if "Content Security" in text or "dialog" in text]
    # Honest formatting is there all the same.
    expect(page.locator("table.dataframe td")).to_have_text("0.25")
    assert page.locator(".output_png img").first.evaluate("image => image.naturalWidth") > 100
    expect(page.locator("h2 math msup")).to_have_count(1)
    expect(page.locator(".output_latex mfrac")).to_have_count(1)
    expect(page.get_by_text("chapter", exact=True).last).to_have_attribute(
        "title", "https://example.org/chapter"
    )
    # And if something had slipped through, the page's policy would have stopped it.
    loaded = []
    page.on("requestfinished", lambda request: loaded.append(request.url))
    page.evaluate(
        """run => {
            document.body.insertAdjacentHTML(
                "beforeend",
                `<img src="hacked" onerror="${run}"><iframe srcdoc="<script>${run}</script>">`);
            const script = document.createElement("script");
            script.textContent = run;
            document.body.append(script);
        }""",
        RUN,
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert not [url for url in loaded if "hacked" in url]


def test_nothing_of_a_submission_runs_in_a_browser(class_project, start_lab, page, right_code):
    project = class_project
    spoil(project.submit("eve", right_code))
    done = project.run("grade", NAME)
    assert done.returncode == 0, done.stderr
    graded = project.root / f"course/autograded/eve/{NAME}/{NAME}.ipynb"
    spoil_graded(graded, valid=False)
    done = project.run("feedback", NAME)
    assert done.returncode == 0, done.stderr
    feedback = project.root / f"course/feedback/eve/{NAME}/{NAME}.html"
    harmless(page, feedback.as_uri(), feedback.as_uri())
    expect(page.locator("script")).to_have_count(1)  # the one that this test put there

    spoil_graded(graded, valid=True)  # the formgrader refuses others
    lab = start_lab("lab", project.root, project.root / "home")
    with project.course.gradebook() as gradebook:
        submission = gradebook.find_submission_notebook(NAME, NAME, "eve").id
    harmless(page, f"{lab}/formgrader/submissions/{submission}/?index=0", f"{lab}/formgrader/")
    # The grading interface works: grades came, names can be shown, keys are bound.
    expect(page.locator("#test-files")).to_have_attribute("placeholder", "2")
    expect(page.locator("a.name-shown")).to_be_hidden()
    page.locator(".glyphicon-eye-open").click()
    expect(page.locator("a.name-shown")).to_have_text(re.compile("eve"))
    assert page.evaluate("formgrader.loaded")


def hidden_lines(source: Path) -> set[str]:
    """Return the lines of the hidden regions of a source notebook that stand nowhere else."""
    hidden, public = set(), set()
    for cell in nbformat.read(source, as_version=4).cells:
        inside = False
        for line in cell.source.splitlines():
            if "HIDDEN TESTS" in line:
                inside = "BEGIN" in line
            else:
                (hidden if inside else public).add(re.sub(r"\s", "", line))
    return hidden - public - {""}


def page_text(html: str) -> str:
    """Return what a page says, without the spaces and tags of its layout."""
    text = re.sub(r"<style.*?</style>|<[^>]*>", "", html, flags=re.DOTALL)
    for name, sign in {
        "lt": "<",
        "gt": ">",
        "quot": '"',
        "#x27": "'",
        "#39": "'",
        "amp": "&",
    }.items():
        text = text.replace(f"&{name};", sign)
    return re.sub(r"\s", "", text)


PEEKS = """
class MySequential(nn.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
    def add(self, *blocks):
        print('own', get_ipython().user_ns['In'][-1])
        test = get_ipython().user_ns['In'][-1].splitlines()
        raise RuntimeError(max(test, key=len) * 2)
    def forward(self, x):
        print(x)
        return undefined_name
"""


def test_feedback_holds_no_hidden_test_but_what_the_judge_says(class_project, right_code):
    project = class_project
    wrong = ROOT / "exercises" / NAME / "solutions/wrong_keyed_by_name.py"
    project.submit("bob", solutions.read(wrong).cells["MySequential"])
    project.configure('c.SandboxedExecute.nonce = "a nonce of this test"')
    path = project.submit("eve", PEEKS)
    nb = nbformat.read(path, as_version=4)
    nb.cells.append(new_code_cell("print('\\n'.join(In)); print(In); print('this stays')"))
    nb.cells.append(new_code_cell("chained()"))  # a function that a hidden test defines
    nbformat.write(nb, path)
    assert project.run("grade", NAME).returncode == 0
    assert project.run("feedback", NAME).returncode == 0
    lines = hidden_lines(project.root / f"course/source/{NAME}/{NAME}.ipynb")
    assert len(lines) > 20
    pages = {}
    for student in ("bob", "eve"):
        file = project.root / f"course/feedback/{student}/{NAME}/{NAME}.html"
        pages[student] = file.read_text()
        text = page_text(pages[student])
        assert not [line for line in lines if len(line) >= 10 and line in text]
        assert text.count(re.sub(r"\s", "", RAN_HERE)) == 4
        drawn = challenge("x", (5, 3), nonce="a nonce of this test").ravel()
        assert not [value for value in drawn if f"{value:.6f}"[:7] in text]
    assert "A block that is added twice must run twice" in pages["bob"]
    assert "同一个块追加两次，就应当运行两次" in pages["bob"]
    assert "this stays" in pages["eve"]
    # The instructor's notebook has them all.
    graded = project.root / f"course/autograded/bob/{NAME}/{NAME}.ipynb"
    assert "BEGIN HIDDEN TESTS" in graded.read_text()

    before = {student: stamped(project, student) for student in pages}
    nbgrader("generate_feedback", NAME, "--force", cwd=project.root / "course")
    assert {student: stamped(project, student) for student in pages} == before


def stamped(project, student):
    return (project.root / f"course/feedback/{student}/{NAME}/{NAME}.html").read_text()


def test_feedback_of_a_plain_course_hides_its_asserts(tmp_path):
    nbgrader("quickstart", "math", cwd=tmp_path)
    course = tmp_path / "math"
    source = course / "source/ps1/problem1.ipynb"
    nb = nbformat.read(source, as_version=4)
    for cell in nb.cells:
        # A course may choose its own delimiters, and have a visible part in the same cell.
        if "BEGIN HIDDEN TESTS" in cell.source:
            cell.source = cell.source.replace("BEGIN HIDDEN TESTS", "SECRET").replace(
                "END HIDDEN TESTS", "END OF IT"
            )
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "correct_squares":
            cell.source += (
                "\n### SECRET\nassert squares(7) == [1, 4, 9, 16, 25, 36, 49], 'wrong for 7'"
                "\n### END OF IT"
            )
    nbformat.write(nb, source)
    config = course / "nbgrader_config.py"
    config.write_text(
        f"{config.read_text()}\nc.ClearHiddenTests.begin_test_delimeter = 'SECRET'\n"
        "c.ClearHiddenTests.end_test_delimeter = 'END OF IT'\n"
    )
    nbgrader("generate_assignment", "ps1", cwd=course)
    for student, body in {
        "ada": "    return [i * i for i in range(1, n + 1) if n != 7]",
        "cyd": "    print('asked for', n)\n    return [i * i for i in range(1, n + 1)]",
        "bob": "    def inner(value):\n        return value.no_such_name\n    return inner(n)",
    }.items():
        shutil.copytree(course / "release/ps1", course / "submitted" / student / "ps1")
        path = course / "submitted" / student / "ps1/problem1.ipynb"
        nb = nbformat.read(path, as_version=4)
        for cell in nb.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == "squares":
                cell.source = f"def squares(n):\n{body}"
        nb.cells.append(new_code_cell("print(squares(2))"))
        nbformat.write(nb, path)
    command = [sys.executable, "-m", "autograder.cli"]
    for words in (["grade"], ["feedback"]):
        done = subprocess.run(
            [*command, *words, "ps1", "--course", course],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    ada, bob, cyd = (
        page_text((course / f"feedback/{student}/ps1/problem1.html").read_text())
        for student in ("ada", "bob", "cyd")
    )
    for text in (ada, bob, cyd):
        assert "squares(7)==" not in text and "SECRET" not in text
        assert re.sub(r"\s", "", RAN_HERE) in text
    assert "askedfor7" not in cyd and "askedfor2" in cyd
    # The test's own message and the frames of the student's code help; they stay.
    assert "AssertionError:wrongfor7" in ada
    assert "returnvalue.no_such_name" in bob and "AttributeError:'int'object" in bob


def test_much_output_makes_a_short_page(class_project, right_code):
    project = class_project
    path = project.submit("ada", right_code)
    nb = nbformat.read(path, as_version=4)
    flood = "print('\\x1b[31m<&\\x1b[0m' * 100_000)"
    nb.cells += [new_code_cell(flood) for _ in range(12)]
    nb.cells.append(new_code_cell(f"# {'<b>' * 400_000}\nprint('the end')"))
    nb.cells.append(new_code_cell(HTML_FLOOD))
    nbformat.write(nb, path)
    assert project.run("grade", NAME).returncode == 0
    done = project.run("feedback", NAME, timeout=60)
    assert done.returncode == 0, done.stderr
    html = stamped(project, "ada")
    assert len(html.encode()) < 8_000_000
    assert html.count("are left out of this page]") >= 13


HTML_FLOOD = """
from IPython.display import HTML, display
display(HTML('<div>' * 15_000))
display(HTML('<b title=1>' * 49 + '<p>' * 4000))
"""


def test_html_that_is_slow_to_parse_is_shown_as_text():
    assert clean_html("<div>" * 50_000).startswith("<pre>&lt;div&gt;")


def test_what_is_no_formula_stays_text():
    assert formula("<b>\\frac{") == "<code>$&lt;b&gt;\\frac{$</code>"
    assert "<mfrac>" in formula("\\frac{1}{2}")
