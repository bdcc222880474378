# An exception with a name and a text of megabytes is raised in each test.
# score: 0

# %% MySequential
Long = type('Long' * 100_000, (Exception,), {})
class MySequential(nn.Block):
    def add(self, *blocks):
        raise Long('x' * 5_000_000)
