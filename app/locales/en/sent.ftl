## Sent mail
sent-title = Sent mail
sent-lead = Find the mail that went wrong and choose Recall. Sooner is better.
sent-search-words = Search
sent-search-example = Subject, recipient, attachment or text
sent-search-from = From
sent-search-until = Until
sent-search-case = Case
sent-case-any = All
sent-case-with = With a case
sent-case-without = Without a case
sent-search-button = Search
sent-search-clear = Clear
sent-reading = Your mailbox is still being read. Mail you sent just now may not be listed yet.
sent-unreadable = Your mailbox can’t be read right now. This is what was there last time; mail you sent just now may be missing.
sent-look-again = Look again
sent-none-found = No mail fits
sent-none-found-hint = Try another word or a longer time.
sent-none = No sent mail yet
sent-none-hint = Mail you send appears here by itself.
sent-total = { $total ->
    [one] { $total } message
   *[other] { $total } messages
 }
sent-pages = Pages
sent-position = Page { $page } of { $pages }
sent-newer = Newer
sent-older = Older
sent-col-mail = Mail
sent-col-to = To
sent-col-time = Sent
sent-col-do = Action
sent-no-subject = (no subject)
sent-attachments = { $count ->
    [one] { $count } attachment
   *[other] { $count } attachments
 }
sent-case = { $number }: { $state }
sent-see-case = See case { $number }
sent-recall = Recall…
sent-recall-this = Recall “{ $subject }”
## A message
message-back = Sent mail
message-from = From
message-to = To
message-cc = Cc
message-bcc = Bcc
message-sent-at = Sent
message-size = Size
message-attachments = Attachments
message-unnamed = (unnamed)
message-text = Text
message-no-text = This mail has no text.
message-text-rest = Show the other { $count } characters
message-text-cut = The text is very long; only its beginning is shown here. A recall deals with the whole mail.
message-action-title = What do you want to do?
message-action-note = You can still change everything; nothing happens before you confirm.
message-has-case = This mail has had a case already. You can ask again:
message-no-id-title = This mail can’t be recalled automatically
message-no-id = It has no unique ID (Message-ID), so it can’t be recognised with certainty in other mailboxes. You can send the recipients a correction.
message-shared-id-title = Other mail has the same ID
message-shared-id = { $count ->
    [one] { $count } other mail has
   *[other] { $count } other mails have
 } the same ID and other content. Each copy’s content is compared, and only exact copies of this mail are touched.
message-no-recipients = No recipient’s address can be read from this mail; it may be damaged.
forecast-title = Forecast
forecast-lead = We have just looked into each recipient’s mailbox. It left no trace, and they won’t notice.
forecast-slow = There are too many recipients to look at all of them in time. You can recall all the same; each mailbox is dealt with in turn.
forecast-again = Look again
forecast-col-who = Recipient
forecast-col-via = Through
forecast-col-found = What we found
forecast-direct = Directly
forecast-unread = Unread
forecast-unread-in = In “{ $folder }”; can be taken back at once.
forecast-read = Read
forecast-read-in = In “{ $folder }”. Marked as read: it can be removed, but they may have read it.
forecast-read-and-unread-in = Several copies, in “{ $folder }” and elsewhere; some read, some not.
forecast-not-found = Not found
forecast-not-found-in = In none of { $searched } folders. It may be deleted or forwarded on, or not have arrived yet.
forecast-outside = Outside
forecast-outside-means = Not a mailbox of ours: it can’t be taken back, only corrected.
forecast-hold = Legal hold
forecast-hold-means = This mailbox must not be changed.
forecast-inbox = Inbox
forecast-sum-unread = { $count } unread, can be taken back at once
forecast-sum-read = { $count } read
forecast-sum-not-found = { $count } not found in the mailbox
forecast-sum-outside = { $count } outside, can only be corrected
forecast-sum-hold = { $count } on legal hold, must not be touched
forecast-sum-trouble = { $count } can’t be looked at or dealt with
