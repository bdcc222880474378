# Objects raise when they are destroyed, hooks when they are called, atexit too.
# score: 10

# %% MySequential
import atexit
class Bad:
    def __del__(self):
        raise SystemExit
atexit.register(lambda: 1 / 0)
for name in ('pre_execute', 'pre_run_cell', 'post_execute', 'post_run_cell'):
    get_ipython().events.register(name, lambda *args: Bad() and None)


{RIGHT}
