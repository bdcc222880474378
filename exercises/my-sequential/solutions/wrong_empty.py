# Is handed in as it was released, so that the class lacks its methods.
# caught by: chained, parameters, items, second-instance
# score: 0

# %% MySequential
class MySequential(nn.Block):
    def __init__(self, **kwargs):
        raise NotImplementedError()
