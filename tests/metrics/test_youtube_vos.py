from math import isnan

import pytest

from masklet.metrics.youtube_vos import SEEN_CATEGORIES, ObjectScore, youtube_vos_score


def test_the_training_videos_show_65_categories():
    assert len(SEEN_CATEGORIES) == 65


def test_g_weighs_both_groups_alike_whatever_their_size():
    seen = [ObjectScore("person", 1.0, 0.8)] * 3
    unseen = [ObjectScore("ant", 0.2, 0.4)]
    score = youtube_vos_score(seen + unseen)
    assert (score.j_seen, score.j_unseen, score.f_seen, score.f_unseen) == pytest.approx((1.0, 0.2, 0.8, 0.4))
    assert score.g == pytest.approx(0.6)


def test_without_unseen_objects_g_is_the_mean_of_the_seen():
    score = youtube_vos_score([ObjectScore(None, 0.5, 0.7)])
    assert isnan(score.j_unseen)
    assert score.g == pytest.approx(0.6)


def test_without_objects_g_is_not_a_number():
    assert isnan(youtube_vos_score([]).g)
