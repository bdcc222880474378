# A thread goes on reporting while later cells run.
# score: 0

# %% MySequential
import threading, time
from autograder.evidence import evidence
def run():
    for i in range(100):
        evidence('own-class', [])
        evidence('chained', [])
        time.sleep(.01)
threading.Thread(target=run, daemon=True).start()


class MySequential(nn.Block):
    pass
