# KeyboardInterrupt is raised by the network.
# score: 0

# %% MySequential
class MySequential(nn.Block):
    def add(self, *blocks):
        raise KeyboardInterrupt
