"""Blanks of what a payment is made of: customer, payment method, intents, charge, Checkout session."""

from __future__ import annotations

from crowdfund.sandbox.shape import define

NO_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
NO_BILLING = {"address": NO_ADDRESS, "email": None, "name": None, "phone": None, "tax_id": None}
CARD_CHECKS = {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"}

define(
    "customer",
    "address business_name currency customer_account default_source description discount email individual_name name phone"
    " shipping test_clock",
    balance=0,
    created=0,
    delinquent=False,
    invoice_prefix="SANDBOX",
    invoice_settings={
        "custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None,
    },
    livemode=False,
    metadata={},
    next_invoice_sequence=1,
    preferred_locales=[],
    tax_exempt="none",
)  # fmt: skip

define(
    "payment_method",
    "customer customer_account",
    allow_redisplay="unspecified",
    billing_details=NO_BILLING,
    card={
        "brand": "visa", "checks": CARD_CHECKS, "country": "US", "display_brand": "visa", "exp_month": 12, "exp_year": 2034,
        "fingerprint": None, "funding": "credit", "generated_from": None, "last4": "4242",
        "networks": {"available": ["visa"], "preferred": None}, "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True}, "wallet": None,
    },
    created=0,
    livemode=False,
    metadata={},
    type="card",
)  # fmt: skip

define(
    "setup_intent",
    "allowed_payment_method_types application cancellation_reason client_secret customer"
    " customer_account description excluded_payment_method_types flow_directions last_setup_error latest_attempt"
    " managed_payments mandate next_action on_behalf_of payment_method payment_method_configuration_details"
    " single_use_mandate",
    automatic_payment_methods={"allow_redirects": "always", "enabled": True},  # as at Stripe where not given
    created=0,
    livemode=False,
    metadata={},
    payment_method_options={},
    payment_method_types=["card"],
    status="requires_payment_method",
    usage="off_session",
)

define(
    "payment_intent",
    "allowed_payment_method_types application application_fee_amount canceled_at"
    " cancellation_reason client_secret customer customer_account description excluded_payment_method_types hooks"
    " last_payment_error latest_charge managed_payments next_action on_behalf_of payment_details payment_method"
    " payment_method_configuration_details payment_record presentment_details processing receipt_email review"
    " setup_future_usage shipping source statement_descriptor statement_descriptor_suffix transfer_data transfer_group",
    amount=0,
    amount_capturable=0,
    amount_details={"tip": {}},
    amount_received=0,
    automatic_payment_methods={"allow_redirects": "always", "enabled": True},
    capture_method="automatic_async",
    confirmation_method="automatic",
    created=0,
    currency="eur",
    livemode=False,
    metadata={},
    payment_method_options={},
    payment_method_types=["card"],
    status="requires_payment_method",
)

define(
    "charge",
    "application application_fee application_fee_amount authorization_code balance_transaction customer description"
    " failure_balance_transaction failure_code failure_message level3 on_behalf_of payment_intent payment_method"
    " presentment_details radar_options refunds receipt_email receipt_number receipt_url review shipping source source_transfer"
    " statement_descriptor statement_descriptor_suffix transfer_data transfer_group",
    amount=0,
    amount_captured=0,
    amount_refunded=0,
    billing_details=NO_BILLING,
    calculated_statement_descriptor="SIMULATED",
    captured=False,
    created=0,
    currency="eur",
    disputed=False,
    fraud_details={},
    livemode=False,
    metadata={},
    outcome={
        "advice_code": None, "network_advice_code": None, "network_decline_code": None,
        "network_status": "approved_by_network", "reason": None, "risk_level": "normal",
        "seller_message": "Payment complete.", "type": "authorized",
    },
    paid=False,
    payment_method_details={
        "card": {
            "amount_authorized": None, "authorization_code": None, "brand": "visa", "checks": CARD_CHECKS, "country": "US",
            "exp_month": 12, "exp_year": 2034, "extended_authorization": {"status": "disabled"}, "fingerprint": None,
            "funding": "credit", "incremental_authorization": {"status": "unavailable"}, "installments": None,
            "last4": "4242", "mandate": None, "multicapture": {"status": "unavailable"}, "network": "visa",
            "network_token": {"used": False}, "network_transaction_id": None,
            "overcapture": {"maximum_amount_capturable": None, "status": "unavailable"},
            "regulated_status": "unregulated", "three_d_secure": None, "wallet": None,
        },
        "type": "card",
    },
    refunded=False,
    status="pending",
)  # fmt: skip

define(
    "checkout.session",
    "adaptive_pricing after_expiration allow_promotion_codes allowed_payment_method_types amount_subtotal amount_total"
    " billing_address_collection branding_settings cancel_url client_reference_id client_secret collected_information"
    " consent consent_collection currency currency_conversion customer customer_account customer_creation"
    " customer_details customer_email discounts excluded_payment_method_types integration_identifier invoice locale"
    " managed_payments name_collection optional_items origin_context payment_intent payment_link"
    " payment_method_collection payment_method_configuration_details permissions presentment_details recovered_from"
    " redirect_on_completion return_url saved_payment_method_options setup_intent shipping_address_collection"
    " shipping_cost submit_type subscription success_url tax_id_collection total_details url wallet_options",
    automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
    created=0,
    custom_fields=[],
    custom_text={
        "after_submit": None, "shipping_address": None, "submit": None, "terms_of_service_acceptance": None,
    },
    expires_at=0,
    invoice_creation={
        "enabled": False,
        "invoice_data": {
            "account_tax_ids": None, "custom_fields": None, "description": None, "footer": None, "issuer": None,
            "metadata": {}, "rendering_options": None,
        },
    },
    livemode=False,
    metadata={},
    mode="payment",
    payment_method_options={},
    payment_method_types=["card"],
    payment_status="unpaid",
    phone_number_collection={"enabled": False},
    shipping_options=[],
    status="open",
    ui_mode="hosted_page",
)  # fmt: skip
