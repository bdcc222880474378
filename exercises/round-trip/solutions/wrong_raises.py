# Is handed in as it was released.
# caught by: list-written, list-read, structural-keys, left-as-it-is, values-read, equal-elements, new-keys, sources-unchanged
# score: 0

# %% save_arrays
def save_arrays(path, arrays):
    raise NotImplementedError()

# %% load_arrays
def load_arrays(path):
    raise NotImplementedError()

# %% save_model
def save_model(net, path):
    raise NotImplementedError()

# %% load_model
def load_model(make_net, path, ctx=mx.cpu()):
    raise NotImplementedError()

# %% same_output
def same_output(a, b):
    raise NotImplementedError()

# %% transfer
def transfer(source_path, net, rename):
    raise NotImplementedError()
