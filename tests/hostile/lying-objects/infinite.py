# The network answers infinity.
# score: 0

# %% MySequential
class MySequential(nn.Block):
    def __init__(self, **kwargs):
        super().__init__()
    def add(self, *blocks):
        pass
    def forward(self, x):
        return nd.full((x.shape[0], 2), float('inf'))
