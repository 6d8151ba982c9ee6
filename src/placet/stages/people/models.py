"""Accounts and the outbox of messages to them. What an account may do stands with the reflection."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, email: str, **fields: object) -> "Account":
        """A new account without a password: people sign in by e-mailed code or passkey."""
        account = self.model(email=self.normalize_email(email).lower(), **fields)
        account.set_unusable_password()
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """A person who can sign in. Votes never point here (see ``mandates.ParticipantLink``)."""

    class IdeaNews(models.TextChoices):
        """How often somebody wishes to hear what became of his or her ideas."""

        NEVER = "never", pgettext_lazy("news", "never")
        DAILY = "daily", pgettext_lazy("news", "once a day at most")
        WEEKLY = "weekly", pgettext_lazy("news", "once a week at most")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=5, default="en")
    is_active = models.BooleanField(default=True)
    may_found_reflections = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)
    idea_news = models.CharField(max_length=6, choices=IdeaNews, default=IdeaNews.NEVER)
    idea_news_sent_at = models.DateTimeField(
        null=True, help_text="Up to when the news was looked for; from the day of the wish."
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        constraints = (models.UniqueConstraint(Lower("email"), name="email_unique_whatever_the_case"),)
        indexes = (
            models.Index(
                fields=("idea_news", "idea_news_sent_at"),
                condition=~models.Q(idea_news="never"),
                name="accounts_that_wish_news",
            ),
        )

    def __str__(self) -> str:
        return self.name or self.email


class OutboxMessage(models.Model):
    """A message that is due. Workers send it; the key makes a repeated wish one message.

    Once it is sent, only its key and its times stay: address, subject and body are emptied.
    """

    key = models.CharField(max_length=120, unique=True)
    recipient_email = models.EmailField(blank=True)
    language = models.CharField(max_length=5)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(
        default=timezone.now, help_text="While a worker sends it: when another may take it over."
    )
    expires_at = models.DateTimeField(null=True, help_text="Not sent after this: a code that is out of date.")

    class Meta:
        indexes = (
            models.Index(fields=("next_attempt_at",), condition=models.Q(sent_at=None), name="outbox_due"),
        )

    def __str__(self) -> str:
        return self.key
