# Reports have numbers, lists and nothing for names.
# score: 0

# %% MySequential
import itertools
from autograder.evidence import MIME
import autograder.evidence as e
from IPython.display import publish_display_data
names = itertools.cycle([None, 1, [], {}, '', True])
e.evidence = lambda name, value: publish_display_data({MIME: {'name': next(names), 'json': []}})
publish_display_data({MIME: 'no report'})


class MySequential(nn.Block):
    pass
