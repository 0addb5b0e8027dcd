"""What the district's own ids in reasons are called."""

from __future__ import annotations

from intake.profile import Profile


def labels(profile: Profile, language: str) -> dict[str, str]:
    """Names of the profile's categories, traits (as wishes), circumstances and interests, for a page.

    ``language`` is one of the pages' languages. The profile's check keeps their ids apart.
    """
    return {
        **{key: texts[language] for key, texts in profile.interests.items()},
        **{key: texts[language] for key, texts in profile.circumstances.items()},
        **{key: trait.wish[language] for key, trait in profile.traits.items()},
        **{category.id: category.label[language] for category in profile.categories},
    }
