# Reports come as displays that are updated later, from another cell.
# score: 0

# %% MySequential
from autograder.evidence import MIME
import autograder.evidence as e
from IPython.display import publish_display_data
def fake(name, value):
    publish_display_data({MIME: {'name': name, 'json': []}}, transient={'display_id': name})
    publish_display_data({MIME: {'name': name, 'json': 0}}, transient={'display_id': name}, update=True)
e.evidence = fake


class MySequential(nn.Block):
    pass
