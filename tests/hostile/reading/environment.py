# The environment and the forked memory are searched for a secret of the grader's.
# score: 10

# %% MySequential
import gc, os, sys
secret = 'HOSTILE' + '_SECRET'
values = [repr(o)[:10000] for o in gc.get_objects() if type(o) in (dict, list) and len(o) < 200]
if secret in repr(dict(os.environ)) or any('grade' + 'book.db' in v for v in values):
    raise RuntimeError('a secret')


{RIGHT}
