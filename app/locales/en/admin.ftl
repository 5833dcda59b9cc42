## Administration
admin-people = People and roles
admin-people-hint = People, departments and managers come from the import; only roles are changed here. Managers decide for their own people without a role.
admin-search = Name or address
admin-found = { $total } { $total ->
    [one] person
   *[other] people
}
admin-none = Nobody found
admin-none-hint = Try a shorter part of the name or address.
admin-person = Person
admin-change = Change roles
admin-change-of = Change roles of { $name }
admin-inactive = Left
admin-on-hold = On legal hold
admin-delegates = Shared with: { $names }
admin-roles-of = Roles of { $name } ({ $address })
admin-roles-means = Takes effect with their next click and is recorded in the audit trail.
admin-roles-save = Save roles
admin-roles-cancel = Cancel
admin-roles-saved = The roles of { $name } are changed.
admin-roles-same = { $name } has these roles already; nothing was changed.
admin-approver-means = Decides for people who have nobody above them.
admin-helpdesk-means = Reads all cases and the audit trail, no mail.
admin-administrator-means = Changes roles and sees the check of the system. Approves nothing, reads no mail.
admin-unknown = There is no such person or role. Nothing was changed.
admin-both = Nobody can be administrator and approver at once: whoever grants roles must not decide recalls. Nothing was changed.
admin-last = Nobody would be left to administer the portal. Make somebody else administrator first. Nothing was changed.
doctor-title = System check
doctor-hint = Looked at { $at }. Looking changes nothing.
doctor-again = Check again
doctor-well = Everything works
doctor-wrong = { $count } { $count ->
    [one] thing needs
   *[other] things need
} attention
doctor-area-well = { $area }: works
doctor-area-wrong = { $area }: doesn’t work
doctor-database = Database
doctor-vault = Vault
doctor-mail-system = Mail system
doctor-sending = Sending
doctor-people = People
doctor-putting-back = Putting back
doctor-database-advice = Until this is solved nothing can be requested or decided. Check the database’s address, disk space and rights, then `recant doctor` on the server.
doctor-vault-advice = Copies can’t be frozen or put back until this is solved. Put the right key file in place, then run `recant doctor` on the server.
doctor-mail-system-advice = Recalls wait and are tried again. Check that the mailboxes can be read and written by the portal’s account.
doctor-sending-advice = Corrections wait and are tried again. Check the mail server’s address, account and network.
doctor-people-advice = Recalls may find nobody to decide. Check managers and roles, or import the directory again.
doctor-putting-back-advice = The copies are safe in the vault, and the portal keeps trying. Check that these mailboxes exist, have room and can be written; then they go back by themselves.

## The stop switch
engine-title = Stop switch
engine-running = The engine is running
engine-stop-means = If something goes wrong, you can stop all work on mailboxes and all sending at once, on every machine. Nothing is lost: it waits until you start it again.
engine-stop-begin = Stop everything…
engine-stop-title = Stop the engine?
engine-stop-sure = Within two seconds nothing more is frozen, taken back, put back or sent. Requests can still be made and decided, and wait; unread copies stay readable meanwhile. Time limits go on running. It is recorded in the audit trail, and everybody sees a notice with your name and reason.
engine-stop = Stop the engine now
engine-start-begin = Start again…
engine-start-sure = Everything that has waited begins within a second: freezing, taking back, putting back, sending. It is recorded in the audit trail.
engine-start = Start the engine
engine-cancel = Cancel
engine-reason = Reason
engine-reason-hint = Everybody who is signed in reads it.
engine-reason-missing = Say why first: everybody will ask. Nothing was stopped.
engine-reason-long = The reason may have at most { $most } characters. Nothing was stopped.
engine-since = Since
engine-by = By
engine-in-flight = Under way at that moment
engine-in-flight-hint = Each of these stops before its next change to a mailbox and goes on when you start again. A single step that had already begun may still have been completed.
engine-in-flight-none = Nothing was under way.
engine-case = Case
engine-recipient = Recipient
engine-work = Work
engine-work-hold = Freezing
engine-work-execute = Taking back
engine-work-release = Putting back
engine-work-correct = Sending a correction
engine-stopped-now = The engine is stopped. Under way at that moment: { $count }.
engine-started-now = The engine runs again.
engine-already-stopped = Somebody has stopped it already. Nothing was changed.
engine-already-running = It is running already. Nothing was changed.
