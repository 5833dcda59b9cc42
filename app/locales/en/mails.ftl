## Letters of correction. "(please fill in: …)" is left for the sender; the check page reminds of each.
letter-subject = Correction: { $subject }
letter-no-subject = (no subject)
letter-greeting = Hello,
letter-what-attachment = My mail “{ $subject }” of { $date } had a file attached that should not have been sent: { $file }. This was my mistake, and I apologise.
letter-what-version = My mail “{ $subject }” of { $date } was not the right version. What was wrong: (please fill in: what was wrong). I apologise for the trouble.
letter-what-recipients = My mail “{ $subject }” of { $date } was sent to you by mistake; it does not concern you. I apologise for the disturbance.
letter-what-sensitive = My mail “{ $subject }” of { $date } contains something that should not have been sent to you. This was my mistake, and I apologise.
letter-what-other = There is an error in my mail “{ $subject }” of { $date }: (please fill in: what is wrong). I apologise.
letter-which-file = (please fill in: name of the file)
letter-which-of = (please fill in: which file? { $files })
letter-ask-attachment = Please delete that mail and the file; do not open, keep or forward them. If you have already saved the file or passed it on, please delete it there too and ask whoever received it to do the same.
letter-ask-delete = Please delete that mail; do not read, keep or forward it. If you have already passed it on, please ask whoever received it to delete it too.
letter-ask-version = Please do not use, quote or forward the earlier version any more.
letter-instead-attachment = The right file is attached to this mail; please use it instead.
letter-instead-version = The right version is attached to this mail; please use it instead. What is new: (please fill in: what has changed).
letter-instead-rewritten = The right text follows: (please fill in: the right text)

    What is new: (please fill in: what has changed).
letter-instead-later = I will send the right version separately.
letter-instead-text = What is right: (please fill in: the right content). Please go by this mail.
letter-thanks = Thank you for your help and understanding.
letter-closing = { $name }
letter-earlier = (please tidy up: below is what you had written; move up what you need and delete the rest)
