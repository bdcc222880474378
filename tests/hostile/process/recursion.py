# The network calls itself until the stack ends.
# score: 0

# %% MySequential
import sys
sys.setrecursionlimit(10 ** 9)
class MySequential(nn.Block):
    def add(self, *blocks):
        self.add(*blocks)
