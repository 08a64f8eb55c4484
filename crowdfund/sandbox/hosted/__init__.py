"""The pages a person sees at the processor: Checkout, the bank's authentication, a seller's onboarding. All say "Simulated"."""
