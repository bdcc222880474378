# Returns None, a string and a number.
# caught by: length, same-objects, formula
# score: 0

# %% tied_mlp
def tied_mlp(units, depth):
    return None

# %% is_shared
def is_shared(a, b):
    return 'yes'

# %% TiedAutoencoder
def TiedAutoencoder(hidden, visible):
    return 3
