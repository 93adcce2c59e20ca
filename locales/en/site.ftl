## What stands on every page.

skip-to-content = Skip to the content
footer-promise = We never ask for your password, and never ask you to read a code to someone who called you unexpectedly.
footer-page-number = Page number for support: { $number }
footer-languages = Language
# Stands before the title of a page with a form that was not accepted, and is read out before what is wrong.
error-prefix = Error:
field-optional = (optional)
live-news = There is something new on this page.
live-show = Show it
copy = Copy
copy-done = Copied
copy-failed = Copy failed
case-eyebrow = Case { $reference }
demo-banner-title = Demonstration.
demo-banner-text = No mail and no call leaves this machine.
demo-region = Demonstration
demo-mail = Demo mail
demo-phone = Demo phone
demo-devices = Demo devices
