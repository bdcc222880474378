# Answers with numbers and prints without end.
# caught by: list-written, list-read, structural-keys, left-as-it-is, values-read, equal-elements, new-keys, sources-unchanged
# score: 0

# %% save_arrays
def save_arrays(path, arrays):
    print('noise ' * 10000)
    return 1

# %% load_arrays
def load_arrays(path):
    print('noise ' * 10000)
    return 1

# %% save_model
def save_model(net, path):
    print('noise ' * 10000)
    return 1

# %% load_model
def load_model(make_net, path, ctx=mx.cpu()):
    print('noise ' * 10000)
    return 1

# %% same_output
def same_output(a, b):
    print('noise ' * 10000)
    return 1

# %% transfer
def transfer(source_path, net, rename):
    print('noise ' * 10000)
    return 1
