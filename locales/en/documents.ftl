## Documents that a customer uploads.

documents-title = Identity document
documents-what = A photo or scan of a passport, an identity card or a driving licence, or a notarised statement. It must be complete and readable.
documents-file = Choose a file
documents-hint = PDF, JPEG or PNG, at most { $size } MB. You can send { $left } more.
documents-upload = Upload document
documents-kept = Documents are stored encrypted. Only the agent who holds your case can open them, and every look is recorded. They are erased { $days } days after the case ends. Information about where and when a photo was taken is removed; a PDF keeps its own.
documents-received = Received
documents-examined = Examined
documents-erased = Erased
documents-missing = Choose a file that is not empty.
documents-too-large = This file is larger than { $size } MB. Take the photo at a lower resolution, or scan fewer pages.
documents-too-slow = The file did not arrive in time. Check your connection and send it again.
documents-unreadable = What arrived could not be read. Choose one file and send it again.
documents-too-many = This case has had { $count } documents, and cannot have more. Write to us if you need to send another one.
documents-too-often = Many documents were sent from your network. Try again in an hour.
documents-empty = This file is empty.
documents-unknown = This is no PDF, JPEG or PNG, whatever its name says. Take a new photo, or save it as one of these.
documents-damaged = This file is damaged or incomplete. Take a new photo or make a new scan.
documents-animated = This is an animation. Send a still picture.
documents-too-many-pixels = This picture is too large. Take it at a lower resolution.
documents-encrypted = This PDF is protected with a password. Send it without one.
documents-active = This PDF holds a program or other files. Send a plain scan or a photo.
