## 更正邮件的范文。（请填写：…）是留给发件人填的地方，检查页会逐一提醒。
letter-subject = 更正：{ $subject }
letter-no-subject = （无主题）
letter-greeting = 您好：
letter-what-attachment = 我在{ $date }发给您的邮件“{ $subject }”里，误附了一个不应发出的文件：{ $file }。这是我的失误，非常抱歉。
letter-what-version = 我在{ $date }发出的邮件“{ $subject }”用错了版本，问题在于：（请填写：哪里有误）。给您带来不便，非常抱歉。
letter-what-recipients = 我在{ $date }发出的邮件“{ $subject }”误发给了您，它的内容与您无关。非常抱歉，打扰了。
letter-what-sensitive = 我在{ $date }发出的邮件“{ $subject }”含有不应发给您的内容。这是我的失误，非常抱歉。
letter-what-other = 我在{ $date }发出的邮件“{ $subject }”有误：（请填写：哪里有误）。非常抱歉。
letter-which-file = （请填写：文件名）
letter-which-of = （请填写：是哪个文件？{ $files }）
letter-ask-attachment = 请您删除这封邮件和这个文件，不要打开、保存或转发。如果已经下载或转给别人，也请一并删除，并转告对方删除。
letter-ask-delete = 请您删除这封邮件，不要阅读、保存或转发。如果已经转给别人，也请转告对方删除。
letter-ask-version = 请不要再使用、引用或转发原来的版本。
letter-instead-attachment = 正确的文件附在本邮件中，请以它为准。
letter-instead-version = 正确的版本附在本邮件中，请以它为准。与原来的版本相比，改动是：（请填写：改了什么）。
letter-instead-rewritten = 正确的内容如下：（请填写：正确的正文）

    与原来的版本相比，改动是：（请填写：改了什么）。
letter-instead-later = 正确的版本我会另行发送。
letter-instead-text = 正确的内容是：（请填写：正确的内容）。请以本邮件为准。
letter-thanks = 感谢您的理解与配合！
letter-closing = { $name }
letter-earlier = （请整理：下面是你之前写的内容，需要的并到上面，其余删掉）
