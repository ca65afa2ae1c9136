"""Markets with known answers: models of trading whose optimal policies have closed forms.

`quotes` solves the market making models and `schedules` those of execution, in NumPy; `policies`
makes policies of the solutions, which `jaxenvs.scripted` gives by name.
"""
