## What the codes of devices, reasons and states mean.

device-virtual_totp = Authenticator app on a phone
device-hardware_totp = Hardware token that shows codes
device-passkey = Passkey or security key
device-recovery_codes = Saved recovery codes
device-unsure = Something else, or I am not sure

reason-lost = I lost it
reason-stolen = It was stolen
reason-broken = It is broken
reason-out_of_sync = Its codes are not accepted
reason-new_phone = I have a new phone
reason-other = Something else

authenticator-virtual_totp = Authenticator app
authenticator-hardware_totp = Hardware token
authenticator-passkey = Passkey or security key
authenticator-recovery_codes = Saved recovery codes

state-submitted = Submitted
state-verifying = Verifying
state-awaiting_approval = Awaiting approval
state-cooling_off = Cooling off
state-ready = Ready
state-deactivating = Deactivating
state-deactivated = Deactivated
state-closed = Closed
state-rejected = Rejected
state-withdrawn = Withdrawn
state-expired = Expired
state-disputed = Disputed

document-pdf = PDF
document-jpeg = JPEG image
document-png = PNG image
contact-change-email = e-mail address
contact-change-phone = phone number
contact-change-both = e-mail address and phone number
contact-change-other = details
