"""Cards, charges, refunds and the processor's events. `stripe.py` is the only door to Stripe.

Every call has three beats: the intent and its key are written, Stripe is called with that key, the result is written. A sweep
finishes what a crash left between them. A timeout is unknown, never failed.
"""
