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
admin-roles-of = Roles of { $name } ({ $address })
admin-roles-means = Takes effect with their next click and stands in the audit trail.
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
doctor-mail-system = Mail system
doctor-sending = Sending
doctor-people = People
doctor-putting-back = Putting back
doctor-database-advice = Until this is solved nothing can be requested or decided. Check the database’s address, disk space and rights, then `recant doctor` on the server.
doctor-mail-system-advice = Recalls wait and are tried again. Check that the mailboxes can be read and written by the portal’s account.
doctor-sending-advice = Corrections wait and are tried again. Check the mail server’s address, account and network.
doctor-people-advice = Recalls may find nobody to decide. Check managers and roles, or import the directory again.
doctor-putting-back-advice = The copies are safe in the vault, and the portal keeps trying. Check that these mailboxes exist, have room and can be written; then they go back by themselves.
