# Reports hold what is no base64.
# score: 0

# %% MySequential
MESSAGE = {'bytes': '\u2603 not base64'}

from autograder.evidence import MIME
from IPython.display import publish_display_data
import autograder.evidence as e
def fake(name, value):
    publish_display_data({MIME: {'name': name, **MESSAGE}})
e.evidence = fake


class MySequential(nn.Block):
    pass
