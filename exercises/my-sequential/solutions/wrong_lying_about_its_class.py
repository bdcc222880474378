# Derives from Sequential and tells everybody who asks that it does not.
# caught by: chained, parameters, items, second-instance
# score: 1

# %% MySequential
class Liar(type):
    @property
    def __mro__(cls):
        return (cls, nn.Block, object)


class MySequential(nn.Sequential, metaclass=Liar):
    pass
