# Derives from the class that it was to rebuild.
# caught by: own-class
# score: 0

# %% MySequential
class MySequential(nn.Sequential):
    pass
