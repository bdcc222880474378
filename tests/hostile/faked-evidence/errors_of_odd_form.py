# Reports are errors that no exception has.
# score: 0

# %% MySequential
MESSAGE = {'error': [{'a': 1}, ['b'] * 1000], 'json': []}

from autograder.evidence import MIME
from IPython.display import publish_display_data
import autograder.evidence as e
def fake(name, value):
    publish_display_data({MIME: {'name': name, **MESSAGE}})
e.evidence = fake


class MySequential(nn.Block):
    pass
