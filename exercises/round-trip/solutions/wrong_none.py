# Does nothing at all.
# caught by: list-written, list-read, structural-keys, left-as-it-is, values-read, equal-elements, new-keys, sources-unchanged
# score: 0

# %% save_arrays
def save_arrays(path, arrays):
    pass

# %% load_arrays
def load_arrays(path):
    pass

# %% save_model
def save_model(net, path):
    pass

# %% load_model
def load_model(make_net, path, ctx=mx.cpu()):
    pass

# %% same_output
def same_output(a, b):
    pass

# %% transfer
def transfer(source_path, net, rename):
    pass
