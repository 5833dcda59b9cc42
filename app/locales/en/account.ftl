## Signing in
sign-in-title = Sign in
sign-in-what = Sent the wrong mail? Sign in and get it back.
sign-in-address = Mail address
sign-in-password = Password
sign-in-button = Sign in
sign-in-wrong = The address or the password is wrong. Check both and try again.
sign-in-throttled = Too many tries. Try again in { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
 }.
sign-in-failed = Something broke on our side and you are not signed in. Try again in a moment; when you report it, give the number { $request }.
sign-in-done-out = You are signed out.
sign-in-forgotten = Forgot your password? Whoever runs the portal can set a new one.
## Account
account-title = My account
account-name = Name
account-address = Mail address
account-aliases = Other addresses
account-department = Department
account-manager = Manager
account-roles = Roles
account-none = None
account-language = Language
account-language-hint = For pages and for mail we send you.
account-language-save = Save language
account-language-saved = Your language has been changed.
account-password-title = Change password
account-password-present = Present password
account-password-fresh = New password
account-password-hint = At least { $least } characters. A sentence is fine.
account-password-again = New password again
account-password-save = Change password
account-password-saved = Your password has been changed. You are signed out everywhere else.
account-password-wrong = The present password is wrong. Your password was not changed.
account-password-different = The two new passwords differ. Your password was not changed.
account-password-short = The new password needs at least { $least } characters. Your password was not changed.
account-password-long = The new password may have at most { $most } characters. Your password was not changed.
