# Reports are of dates, of records, of no type that exists.
# score: 0

# %% MySequential
import itertools
TYPES = itertools.cycle(['<M8[s]', 'V8', 'S4', 'f4,f4', 'nonsense', '', [1], None, '<c8'])

from autograder.evidence import MIME
from IPython.display import publish_display_data
import autograder.evidence as e
def fake(name, value):
    publish_display_data({MIME: {'name': name, 'array': {'dtype': next(TYPES), 'shape': [1], 'data': 'AAAAAAAAAAA='}}})
e.evidence = fake


class MySequential(nn.Block):
    pass
