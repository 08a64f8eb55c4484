"""Blanks of what moves money between accounts, and of what tells about it: refund, dispute, transfer, payout, event."""

from __future__ import annotations

from typing import Any

from crowdfund.sandbox import API_VERSION
from crowdfund.sandbox.shape import define

EVIDENCE = (
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal"
    " customer_communication customer_email_address customer_name customer_purchase_ip customer_signature"
    " duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt"
    " refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation"
    " shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number"
    " uncategorized_file uncategorized_text"
).split()
NO_REQUIREMENTS: dict[str, Any] = {
    "alternatives": [], "current_deadline": None, "currently_due": [], "disabled_reason": None, "errors": [],
    "eventually_due": [], "past_due": [], "pending_verification": [],
}  # fmt: skip

define(
    "balance_transaction",
    "available_on description exchange_rate source",
    amount=0,
    balance_type="payments",
    created=0,
    currency="eur",
    fee=0,
    fee_details=[],
    net=0,
    reporting_category="charge",
    status="pending",
    type="charge",
)

define(
    "refund",
    "balance_transaction charge customer_account description instructions_email next_action payment_intent"
    " payment_method presentment_details reason receipt_number source_transfer_reversal transfer_reversal",
    amount=0,
    created=0,
    currency="eur",
    destination_details={
        "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
        "type": "card",
    },
    metadata={},
    status="succeeded",
)

define(
    "dispute",
    "charge intended_submission_method network_reason_code payment_intent",
    amount=0,
    balance_transactions=[],
    created=0,
    currency="eur",
    enhanced_eligibility_types=[],
    evidence={**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
    evidence_details={
        "due_by": None, "enhanced_eligibility": {}, "has_evidence": False, "past_due": False, "submission_count": 0,
    },
    is_charge_refundable=False,
    livemode=False,
    metadata={},
    payment_method_details={
        "card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "10.4"}, "type": "card",
    },
    reason="fraudulent",
    status="needs_response",
)  # fmt: skip

define(
    "transfer",
    "balance_transaction description destination destination_payment source_transaction transfer_group",
    amount=0,
    amount_reversed=0,
    created=0,
    currency="eur",
    livemode=False,
    metadata={},
    reversals={},
    reversed=False,
    source_type="card",
)

define(
    "transfer_reversal",
    "balance_transaction destination_payment_refund source_refund transfer",
    amount=0,
    created=0,
    currency="eur",
    metadata={},
)

define(
    "payout",
    "application_fee application_fee_amount balance_transaction description destination failure_balance_transaction"
    " failure_code failure_message original_payout payout_method reversed_by statement_descriptor trace_id",
    amount=0,
    arrival_date=0,
    automatic=False,
    created=0,
    currency="eur",
    livemode=False,
    metadata={},
    method="standard",
    reconciliation_status="not_applicable",
    source_type="card",
    status="pending",
    type="bank_account",
)

define(
    "topup",
    "balance_transaction description expected_availability_date failure_code failure_message source statement_descriptor"
    " transfer_group",
    amount=0,
    created=0,
    currency="eur",
    livemode=False,
    metadata={},
    status="succeeded",
)

define(
    "account",
    "business_type company email individual",
    business_profile={
        "annual_revenue": None, "estimated_worker_count": None, "mcc": None, "minority_owned_business_designation": None,
        "name": None, "product_description": None, "support_address": None, "support_email": None, "support_phone": None,
        "support_url": None, "url": None,
    },
    capabilities={},
    charges_enabled=False,
    controller={},
    country="US",
    created=0,
    default_currency="usd",
    details_submitted=False,
    external_accounts={},
    future_requirements=NO_REQUIREMENTS,
    groups={"payments_pricing": None},
    metadata={},
    payouts_enabled=False,
    requirements=NO_REQUIREMENTS,
    settings={
        "bacs_debit_payments": {"display_name": None, "service_user_number": None},
        "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
        "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
        "card_payments": {
            "decline_on": {"avs_failure": False, "cvc_failure": False}, "statement_descriptor_prefix": None,
            "statement_descriptor_prefix_kana": None, "statement_descriptor_prefix_kanji": None,
        },
        "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
        "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": None},
        "payments": {
            "statement_descriptor": None, "statement_descriptor_kana": None, "statement_descriptor_kanji": None,
            "statement_descriptor_prefix_kana": None, "statement_descriptor_prefix_kanji": None,
        },
        "payouts": {
            "debit_negative_balances": True, "schedule": {"delay_days": 2, "interval": "daily"},
            "statement_descriptor": None,
        },
        "sepa_debit_payments": {},
    },
    tos_acceptance={"date": None, "ip": None, "user_agent": None},
    type="none",
)  # fmt: skip

define(
    "event",
    "",
    api_version=API_VERSION,
    created=0,
    data={},
    livemode=False,
    pending_webhooks=0,
    request={"id": None, "idempotency_key": None},
    type="",
)

define(
    "webhook_endpoint",
    "api_version application description",
    created=0,
    enabled_events=[],
    livemode=False,
    metadata={},
    status="enabled",
    url="",
)
